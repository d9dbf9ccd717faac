#!/usr/bin/env python3
"""Posts one transaction and prints the decision; nothing but Python's standard library.

    examples/client.py http://127.0.0.1:8080 '{"customer": "7", "terminal": "12", "amount": 990}'
"""

import json
import sys
import urllib.error
import urllib.request

request = urllib.request.Request(
    sys.argv[1] + "/predict_map", sys.argv[2].encode(), {"content-type": "application/json"}
)
try:
    with urllib.request.urlopen(request, timeout=10) as response:
        answer = json.load(response)
except urllib.error.HTTPError as refusal:
    sys.exit(f"{refusal.code}: {json.load(refusal)['error']}")
print(f"{answer['decision']}: {answer['fraud']:.1%} fraud, says {answer['model']}")
