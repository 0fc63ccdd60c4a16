-export([a/1, b/2]).
a(X) -> X.
