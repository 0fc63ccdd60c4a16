const f = () => 3;
