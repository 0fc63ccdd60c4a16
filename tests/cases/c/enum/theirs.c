enum a { X, Y, W };
