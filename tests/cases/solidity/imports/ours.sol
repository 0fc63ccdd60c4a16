import "./a.sol";
import "./b.sol";

contract A {}
