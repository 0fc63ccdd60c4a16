contract A {
    uint x;

    function f() public {}

    function g() public {}
}
