"""Classifiers of series and tables, as people write them."""

import torch
from torch import nn


class SeriesClassifier(nn.Module):
    """A convolution over time, a recurrent layer, and a classifier of its mean or its last state."""

    def __init__(self, recurrent, last, **options):
        super().__init__()
        self.convolution = nn.Conv1d(6, 32, 5, padding=2)
        self.recurrent = recurrent(32, 24, batch_first=True, **options)
        self.last = last
        self.head = nn.Linear(48 if options.get("bidirectional") else 24, 5)

    def forward(self, x):
        outputs, state = self.recurrent(torch.relu(self.convolution(x)).transpose(1, 2))
        if not self.last:
            return self.head(outputs.mean(1))
        hidden = state[0] if isinstance(state, tuple) else state
        return self.head(hidden[-2:].transpose(0, 1).flatten(1) if self.recurrent.bidirectional else hidden[-1])


class SeriesConvolutions(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for inputs, outputs in ((6, 16), (16, 32), (32, 64)):
            layers += [nn.Conv1d(inputs, outputs, 5, stride=2, padding=2), nn.BatchNorm1d(outputs), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.MaxPool1d(2), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, 5))

    def forward(self, x):
        return self.layers(x)


class SeriesTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Linear(6, 32)
        self.position = nn.Parameter(torch.zeros(1, 40, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        return self.head(self.encoder(self.embedding(x.transpose(1, 2)) + self.position).mean(1))


class EinsumAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Linear(6, 3 * 32)
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        q, k, v = self.embedding(x.transpose(1, 2)).unflatten(-1, (3, 4, 8)).unbind(2)
        weights = torch.einsum("bqhd,bkhd->bhqk", q, k).softmax(-1)
        return self.head(torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2).mean(1))


class Transposed(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


class LastOf(nn.Module):
    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent

    def forward(self, x):
        return self.recurrent(x)[0][:, -1]


def tabular():
    def block(inputs, outputs, activation):
        return [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), activation, nn.Dropout(0.2)]

    return nn.Sequential(*block(13, 64, nn.ReLU()), *block(64, 64, nn.SELU()), *block(64, 32, nn.SiLU()), nn.Linear(32, 3))


def small_networks():
    series = (1, 6, 40)
    for kind in (nn.LSTM, nn.GRU, nn.RNN):
        for bidirectional in (False, True):
            for last in (False, True):
                options = {"bidirectional": bidirectional, "num_layers": 2 if last else 1}
                name = f"{kind.__name__.lower()}{'_bidirectional' if bidirectional else ''}_{'last' if last else 'mean'}"
                yield name, lambda kind=kind, last=last, options=options: SeriesClassifier(kind, last, **options), series
    yield "rnn_relu", lambda: SeriesClassifier(nn.RNN, True, nonlinearity="relu"), series
    yield "lstm_projected", lambda: nn.Sequential(Transposed(), LastOf(nn.LSTM(6, 16, batch_first=True, proj_size=5))), series
    yield "convolutions_1d", SeriesConvolutions, series
    yield "transformer_encoder", SeriesTransformer, series
    yield "einsum_attention", EinsumAttention, series
    yield "tabular_mlp", tabular, (1, 13)
