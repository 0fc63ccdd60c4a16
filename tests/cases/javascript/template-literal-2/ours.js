x = `a${b}c`;
