"""FastAPI and LightGBM as one would write it. `MODEL=model.txt uvicorn fast_server:app --workers 1`"""
import os

import lightgbm
import numpy
from fastapi import FastAPI

app = FastAPI()
model = lightgbm.Booster(model_file=os.environ["MODEL"])
columns = model.feature_name()


@app.post("/predict")
async def predict(body: dict):
    row = numpy.array([[body[column] for column in columns]])
    return {"fraud": float(model.predict(row, num_threads=1)[0])}
