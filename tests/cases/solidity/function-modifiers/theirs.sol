contract A {
    function f(uint x) public {}
}
