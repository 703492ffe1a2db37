"""Write `assets/imagenet_classes.json` from the tables in timm's wheel: `python -m assets.make_imagenet_classes timm-….whl`

For each of ImageNet-1k's classes, in order: its names (WordNet's lemmas) and the kind of thing it is, where its definition begins
with one ("any of various …" is cut off). The names are WordNet's, whose licence is in the file.
"""

import json
import re
import sys
import zipfile
from pathlib import Path

TABLES = "timm/data/_info/"
LICENCE = ("The names are those of WordNet 3.0, Copyright 2006 by Princeton University. All rights reserved. Permission to use, copy, "
           "modify and distribute them for any purpose and without fee or royalty is granted by the WordNet 3.0 licence, "
           "https://wordnet.princeton.edu/license-and-commercial-use; no warranty is given.")


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        def table(name: str) -> dict[str, str]:
            lines = wheel.read(f"{TABLES}{name}").decode("utf-8").splitlines()
            return dict(line.split("\t", 1) for line in lines if "\t" in line)

        synsets = wheel.read(f"{TABLES}imagenet_synsets.txt").decode("utf-8").split()
        lemmas, definitions = table("imagenet_synset_to_lemma.txt"), table("imagenet_synset_to_definition.txt")
    names = [[name.strip() for name in lemmas[synset].split(",")] for synset in synsets]
    meanings = [re.sub(r"\([^)]*\)", "", definitions.get(synset, "")).split(";")[0].strip() for synset in synsets]
    told_apart = [[_unique(own, place, names)] + own[1:] for place, own in enumerate(names)]
    rows = ",\n".join(json.dumps(own, ensure_ascii=False) for own in told_apart)
    said = ",\n".join(json.dumps(meaning, ensure_ascii=False) for meaning in meanings)
    text = f'{{"licence": {json.dumps(LICENCE)},\n"classes": [\n{rows}\n],\n"meanings": [\n{said}\n]}}\n'
    Path(__file__).with_name("imagenet_classes.json").write_text(text, encoding="utf-8")


def _unique(own: list[str], place: int, names: list[list[str]]) -> str:
    """The first name; where another class has the same one (two cranes), the second or its place is put beside it."""
    same = [other for other in range(len(names)) if names[other][0] == own[0]]
    return own[0] if len(same) == 1 else f"{own[0]} ({own[1] if len(own) > 1 else 'bird' if place < 500 else 'thing'})"


if __name__ == "__main__":
    main()
