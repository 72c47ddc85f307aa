"""Python's side of onnx.long.test.ts: checks ONNX files by ONNX's own checker and runs them.

    python onnx-peer.py FOLDER    for each NAME.onnx and NAME.inputs.json writes NAME.outputs.json

Tried with onnx 1.22 and ONNX Runtime 1.30.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = json.loads(path.with_suffix(".inputs.json").read_text())
    feeds = {
        to.name: numpy.array(each["values"], "int32" if to.type == "tensor(int32)" else "float32").reshape(each["shape"])
        for to, each in zip(session.get_inputs(), given)
    }
    outputs = [{"shape": list(a.shape), "values": a.ravel().tolist()} for a in session.run(None, feeds)]
    path.with_suffix(".outputs.json").write_text(json.dumps(outputs))
