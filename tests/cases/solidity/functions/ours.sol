contract A {
    uint x;

    function f() public {}
}
