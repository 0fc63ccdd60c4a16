contract C {
    function f(uint256 a) external {
        x = a;
    }
}
