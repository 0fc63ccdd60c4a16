contract A {
    uint x;

    function g() public {}
}
