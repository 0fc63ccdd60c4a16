contract C {
    function f(uint256 a) external onlyOwner {
        x = a;
    }
}
