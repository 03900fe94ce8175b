"""How many samples a second datatrove's own filters take, by CPU time of one process. Prints one JSON object.

Usage: datatrove-rate.py samples.jsonl lid.176.ftz
"""

import contextlib
import importlib.metadata
import io
import json
import logging
import sys
import time

with contextlib.redirect_stdout(io.StringIO()):
    from datatrove.data import Document
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
        LanguageFilter,
    )
    from datatrove.utils.word_tokenizers import load_word_tokenizer
    from fasttext.FastText import _FastText
    from loguru import logger

logger.remove()
logging.disable(logging.CRITICAL)

# datatrove names languages by ISO 639-3 and script.
CODES = {
    "ar": "arb_Arab",
    "cs": "ces_Latn",
    "de": "deu_Latn",
    "en": "eng_Latn",
    "es": "spa_Latn",
    "id": "ind_Latn",
    "ja": "jpn_Jpan",
    "tl": "fil_Latn",
}


def filters_of(language: str, model: str) -> dict[str, object]:
    code = CODES[language]
    identify = LanguageFilter(languages=[language])
    # The same model file as ours, instead of the larger one it would download.
    identify.model._model = _FastText(model)
    return {
        "LanguageFilter": identify,
        "GopherRepetitionFilter": GopherRepetitionFilter(language=code),
        "GopherQualityFilter": GopherQualityFilter(language=code),
        "FineWebQualityFilter": FineWebQualityFilter(language=code),
        "C4QualityFilter": C4QualityFilter(language=code),
    }


def main(path: str, model: str) -> None:
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    by_language = {language: filters_of(language, model) for language in CODES}
    for language in CODES:
        load_word_tokenizer(CODES[language]).word_tokenize("warm")
    seconds: dict[str, float] = {}
    names = list(next(iter(by_language.values())))
    for name in names:
        # Filters remember nothing between documents; a document of its own for each, as C4 rewrites the text.
        documents = [(row["language"], Document(text=row["response"], id=row["id"])) for row in rows]
        start = time.process_time()
        for language, document in documents:
            by_language[language][name].filter(document)
        seconds[name] = time.process_time() - start
    rates = {name: len(rows) / spent for name, spent in seconds.items()}
    rates["all"] = len(rows) / sum(seconds.values())
    version = importlib.metadata.version("datatrove")
    print(json.dumps({"version": version, "rates": rates, "filters": names}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
