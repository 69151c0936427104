"""The sources that train the shipped classifier: whose work they are, and how much each weighs."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Source:
    """A collection of labelled texts.

    Attributes:
        title: What it is.
        by: Whom to credit.
        weight: How much it counts beside another of its size.
        is_news: Whether it holds comments on news, chosen so that the harmless ones among them are typical.
    """

    title: str
    by: str
    weight: float = 1.0
    is_news: bool = False


_JIGSAW = "cjadams, Sorensen, Elliott, Dixon, McDonald, Nithum, Cukierski, 2017; text: Wikipedia contributors"

# Weights: what is closest to comments on news (Civil Comments) or labelled most carefully (Wikipedia) leads.
# The tweets of 'davidson' were chosen by keyword and mistake a dialect for hate, so they weigh little.
SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "civil-10k": Source(
            "Civil Comments, a balanced extract",
            "Civil; Borkan, Dixon, Sorensen, Thain, Vasserman (Jigsaw), 2019",
            4,
            is_news=True,
        ),
        "civil-spans": Source(
            "Civil Comments with toxic spans",
            "Civil; Pavlopoulos, Laugier, Xenos, Sorensen, Androutsopoulos, 2021 and 2022",
            2,
        ),
        "davidson": Source("Hate speech and offensive language (tweets)", "Davidson, Warmsley, Macy, Weber, 2017", 0.3),
        "dynahate": Source("Learning from the worst", "Vidgen, Thrush, Waseem, Kiela, 2021"),
        "fox-news": Source("Fox News user comments", "Gao, Huang, 2017", 2),
        "gab": Source("Gab Hate Corpus", "Kennedy and others, 2018 to 2022"),
        "germeval-2018": Source("GermEval 2018 (tweets)", "Wiegand, Siegel, Ruppenhofer, 2018"),
        "implicit-hate": Source(
            "Latent Hatred (tweets)", "ElSherief, Ziems, Muchlinski, Anupindi, Seybolt, De Choudhury, Yang, 2021"
        ),
        "jigsaw-wiki": Source("Toxic Comment Classification (Wikipedia talk pages)", _JIGSAW, 4),
        "jigsaw-wiki-binary": Source("Wikipedia talk pages, toxicity only", _JIGSAW, 3),
        "korean-news": Source("BEEP! (Korean entertainment news comments)", "Moon, Cho, Lee, 2020", 2, is_news=True),
        "own-adverts": Source("Advertising and harmless talk of buying, made from parts", "Ombuds, our own words"),
        "paradetox": Source(
            "ParaDetox", "Logacheva, Dementieva, Ustyantsev, Moskovskiy, Dale, Krotova, Semenov, Panchenko, 2022"
        ),
        "sbic": Source("Social Bias Inference Corpus", "Sap, Gabriel, Qin, Jurafsky, Smith, Choi, 2020"),
        "sms-spam": Source("SMS Spam Collection", "Almeida, Gómez Hidalgo, Yamakami, 2011"),
        "stormfront": Source(
            "Hate speech from a white supremacy forum", "de Gibert, Perez, García-Pablos, Cuadros, 2018"
        ),
        "told-br": Source("ToLD-Br (Brazilian tweets)", "Leite, Silva, Bontcheva, Scarton, 2020"),
        "wiki-identity-neutral": Source(
            "Harmless Wikipedia sentences that name identities",
            "Dixon, Li, Sorensen, Thain, Vasserman (Jigsaw), 2018; text by Wikipedia's contributors",
        ),
        "youtube-spam": Source("YouTube Spam Collection", "Alberto, Lochter, Almeida, 2015"),
    }
)


def source(name: str) -> Source:
    """Give what is known of a source; a site's own labels, or any other, stand for themselves."""
    return SOURCES.get(name) or Source(name, "as stated in the data")
