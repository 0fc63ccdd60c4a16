contract C {
    function f(uint256 a) public {
        x = a;
    }
}
