(ns a.b
  (:require [x.y :as y]
            [r.s :as s]))
