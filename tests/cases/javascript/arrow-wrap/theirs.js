const f = (a) => a + 2;
