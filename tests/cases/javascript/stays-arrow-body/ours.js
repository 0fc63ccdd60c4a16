const f = () => 2;
