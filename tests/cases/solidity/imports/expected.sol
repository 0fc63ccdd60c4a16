import "./a.sol";
import "./b.sol";
import "./c.sol";

contract A {}
