enum a { X, Y, Z, W };
