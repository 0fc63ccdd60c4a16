contract A {
    function a() public {}

    function c() external {}
}
