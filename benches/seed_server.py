"""A server in the manner of the Flask project that fraudctl grew from: Flask, Flask-SocketIO's own server, LightGBM asked
through pandas for one row. `MODEL=model.txt python seed_server.py PORT`"""
import os
import sys

import lightgbm
import pandas
from flask import Flask, jsonify, request
from flask_socketio import SocketIO

app = Flask(__name__)
socket = SocketIO(app, async_mode="threading")
model = lightgbm.Booster(model_file=os.environ["MODEL"])


@app.route("/predict", methods=["POST"])
def predict():
    row = pandas.DataFrame([request.get_json()])
    return jsonify({"fraud": float(model.predict(row[model.feature_name()])[0])})


socket.run(app, port=int(sys.argv[1]), allow_unsafe_werkzeug=True)
