import "./A.sol";

contract B {}
