contract A {
    function a() public {}

    function b() public {}

    function c() external {}
}
