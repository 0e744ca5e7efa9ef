"""Reads one file per line of standard input (base64) with botocore, answers one line of JSON each:
null where botocore rejects the file, else [[section, [[key, value], ...]], ...]."""
import base64
import json
import os
import sys
import tempfile

from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError

with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "file")
    for line in sys.stdin:
        with open(path, "wb") as file:
            file.write(base64.b64decode(line))
        try:
            raw_config_parse(path)  # nested blocks can make it reject the file
            sections = raw_config_parse(path, parse_subsections=False)
            answer = [[name, list(entries.items())] for name, entries in sections.items()]
        except ConfigParseError:
            answer = None
        print(json.dumps(answer))
