contract A {
    function f() public onlyOwner {}
}
