import "./a.sol";
import "./c.sol";

contract A {}
