contract A {
    function a() public {}
}
