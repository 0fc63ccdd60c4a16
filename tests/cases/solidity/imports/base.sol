import "./a.sol";

contract A {}
