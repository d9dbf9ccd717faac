"""A peer of `fraudctl simulate --preset handbook`: the same rules in Python with numpy and pandas.

    /usr/bin/time -v python benches/handbook_peer.py peer.parquet
    /usr/bin/time -v fraudctl simulate --preset handbook --out handbook.parquet
    python scripts/check_handbook.py handbook.parquet peer.parquet

The draws have to be made one by one, because each decides which comes next; everything else is vectorised.
"""
import random
import sys

import numpy as np
import pandas as pd

CUSTOMERS, TERMINALS, DAYS, RADIUS = 5_000, 10_000, 183, 5
START = np.datetime64("2018-04-01", "us")


def profiles():
    np.random.seed(0)
    uniform = np.random.uniform
    customers = [(uniform(0, 100), uniform(0, 100), uniform(5, 100), uniform(0, 4)) for _ in range(CUSTOMERS)]
    np.random.seed(1)
    terminals = np.array([(uniform(0, 100), uniform(0, 100)) for _ in range(TERMINALS)])
    return customers, terminals


def payments(customer, profile, terminals):
    x, y, mean, rate = profile
    in_reach = np.flatnonzero(np.sqrt(((terminals - (x, y)) ** 2).sum(axis=1)) < RADIUS).tolist()
    random.seed(customer)
    np.random.seed(customer)
    poisson, normal, uniform, choice = np.random.poisson, np.random.normal, np.random.uniform, random.choice
    for day in range(DAYS):
        for _ in range(poisson(rate)):
            second = int(normal(43_200, 20_000))
            if 0 < second < 86_400:
                amount = normal(mean, mean / 2)
                if amount < 0:
                    amount = uniform(0, 2 * mean)
                if in_reach:
                    yield day * 86_400 + second, customer, choice(in_reach), amount


def frauds(log):
    amounts, scenarios = log["TX_AMOUNT"].to_numpy(copy=True), np.zeros(len(log), dtype=np.int8)
    customers, terminals = log["CUSTOMER_ID"].to_numpy(), log["TERMINAL_ID"].to_numpy()
    begins = np.searchsorted(log["TX_TIME_SECONDS"].to_numpy(), np.arange(DAYS + 28) * 86_400)
    scenarios[amounts > 220] = 1
    for day in range(DAYS - 1):
        span = slice(begins[day], begins[day + 28])
        compromised = np.random.RandomState(day).permutation(TERMINALS)[:2]
        scenarios[span][np.isin(terminals[span], compromised)] = 2
    for day in range(DAYS - 1):
        span = slice(begins[day], begins[day + 14])
        compromised = np.random.RandomState(day).permutation(CUSTOMERS)[:3]
        rows = (begins[day] + np.flatnonzero(np.isin(customers[span], compromised))).tolist()
        random.seed(day)
        stolen = random.sample(rows, len(rows) // 3)
        amounts[stolen] *= 5
        scenarios[stolen] = 3
    return amounts, scenarios


def main():
    customers, terminals = profiles()
    rows = [row for number, profile in enumerate(customers) for row in payments(number, profile, terminals)]
    log = pd.DataFrame(rows, columns=["TX_TIME_SECONDS", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT"])
    log["TX_AMOUNT"] = log["TX_AMOUNT"].round(2)
    log = log.sort_values("TX_TIME_SECONDS", kind="stable", ignore_index=True)
    log["TX_AMOUNT"], log["TX_FRAUD_SCENARIO"] = frauds(log)
    log["TX_FRAUD"] = (log["TX_FRAUD_SCENARIO"] > 0).astype(np.int8)
    log["TX_TIME_DAYS"] = log["TX_TIME_SECONDS"] // 86_400
    log["TX_DATETIME"] = START + log["TX_TIME_SECONDS"].to_numpy().astype("timedelta64[s]")
    log.insert(0, "TRANSACTION_ID", range(len(log)))
    log.to_parquet(sys.argv[1], index=False)
    print(len(log), log["TX_FRAUD"].sum(), np.bincount(log["TX_FRAUD_SCENARIO"]).tolist())


main()
