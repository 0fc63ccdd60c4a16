defmodule A do
  defp deps do
    [
<<<<<<< ours
      {:a, "~> 1.0"},
      {:b, "~> 1.0"}
||||||| base
      {:a, "~> 1.0"}
=======
      {:a, "~> 1.0"},
      {:c, "~> 1.0"}
>>>>>>> theirs
    ]
  end
end
