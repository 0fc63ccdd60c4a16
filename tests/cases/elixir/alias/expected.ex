defmodule A do
  alias B
  alias C
  alias D
end
