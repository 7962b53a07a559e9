"""Pictures and films of products."""

from types import SimpleNamespace
from typing import Any

from connectors.sandbox.pictures import media_type, size_of
from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.resolvers.answers import Count, in_order
from connectors.sandbox.shopify.things import ExternalVideo, MediaImage, Medium, Product, Video

constant("MediaPreviewImage", status="READY")
constant("Image", thumbhash=None)


@resolves("Product.media")
def media(product: Product, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(product.media)


@resolves("Product.mediaCount")
def media_count(product: Product, ask: Ask, args: dict[str, Any]) -> Count:
    return Count(len(product.media))


@resolves("Product.featuredMedia")
def featured_media(product: Product, ask: Ask, args: dict[str, Any]) -> Medium | None:
    return product.media[0] if product.media else None


@resolves("Product.images")
def images(product: Product, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order([medium for medium in product.media if isinstance(medium, MediaImage)])


@resolves("Product.featuredImage")
def featured_image(product: Product, ask: Ask, args: dict[str, Any]) -> MediaImage | None:
    return next((medium for medium in product.media if isinstance(medium, MediaImage)), None)


@resolves(
    "MediaImage.image",
    "Video.preview",
    "ExternalVideo.preview",
    "MediaImage.preview",
    "MediaPreviewImage.image",
)
def itself(medium: Medium, ask: Ask, args: dict[str, Any]) -> Medium:
    return medium


@resolves("MediaImage.mimeType")
def mime_type(medium: MediaImage, ask: Ask, args: dict[str, Any]) -> str:
    return media_type(medium.photo)


@resolves("Image.id")
def image_id(medium: Medium, ask: Ask, args: dict[str, Any]) -> str:
    return f"gid://shopify/ImageSource/{medium.number + 1}"


@resolves("Image.altText")
def image_alt(medium: Medium, ask: Ask, args: dict[str, Any]) -> str | None:
    return medium.alt


@resolves("Image.url", "Image.src", "Image.originalSrc", "Image.transformedSrc")
def image_url(medium: Medium, ask: Ask, args: dict[str, Any]) -> str:
    return picture_address(ask, medium)


@resolves("Image.width")
def image_width(medium: Medium, ask: Ask, args: dict[str, Any]) -> int:
    return size_of(medium.photo)[0]


@resolves("Image.height")
def image_height(medium: Medium, ask: Ask, args: dict[str, Any]) -> int:
    return size_of(medium.photo)[1]


@resolves("Video.sources")
def video_sources(medium: Video, ask: Ask, args: dict[str, Any]) -> list[SimpleNamespace]:
    address = f"https://cdn.shopify.com/videos/c/o/v/{medium.number:x}.mp4"
    return [
        SimpleNamespace(
            file_size=None, format="mp4", height=720, width=1280, mime_type="video/mp4", url=address
        )
    ]


@resolves("Video.originalSource")
def original_source(medium: Video, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    first: SimpleNamespace = video_sources(medium, ask, args)[0]
    return first


@resolves("ExternalVideo.embedUrl", "ExternalVideo.originUrl")
def external_address(medium: ExternalVideo, ask: Ask, args: dict[str, Any]) -> str:
    return medium.address


def picture_address(ask: Ask, medium: Medium) -> str:
    """Write where a picture can be fetched, with the version mark that the real one has."""
    version = int(medium.created_at.timestamp())
    return f"{ask.origin}/_cdn/s/files/1/{ask.shop.number}/files/{medium.photo.name}?v={version}"
