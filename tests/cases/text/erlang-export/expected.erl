-export([a/1, b/2, c/0]).
a(X) -> X + 1.
