contract C {
    function f(uint256 a) public onlyOwner {
        x = a;
    }
}
