enum a { X, Y };
