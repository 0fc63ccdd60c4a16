const f = () => 1;
