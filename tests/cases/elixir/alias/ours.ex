defmodule A do
  alias B
  alias C
end
