import Foundation
import Testing

/// `c360 cache`: tables kept in order change nothing but time.
@Suite struct CacheTests {
  @Test func `a run over kept tables gives the same bytes`() throws {
    let shop = try Workspace.shop()
    let plain = try shop.run("run", "--quiet", "shop.c360")
    let decisions = shop.text("out/decisions.csv")
    let made = try shop.run("cache", "shop.c360")
    #expect(made.out.contains("orders: 5 rows, "))
    #expect(made.out.contains("kept"))
    #expect(try shop.run("cache", "shop.c360").out.contains("up to date"))
    let kept = try shop.run("run", "--quiet", "shop.c360")
    #expect(kept.out == plain.out)
    #expect(shop.text("out/decisions.csv") == decisions)
  }

  @Test func `a file that has changed is read again and kept anew`() throws {
    let shop = try Workspace.shop()
    _ = try shop.run("cache", "shop.c360")
    try shop.write("orders.csv", ShopFiles.orders + "1,2026-01-25T00:00:00Z,1000\n")
    let fresh = try shop.run("run", "--quiet", "--no-cache", "shop.c360")
    #expect(fresh.out.contains("1030.5"))
    #expect(try shop.run("run", "--quiet", "shop.c360").out == fresh.out)
    #expect(try shop.run("cache", "shop.c360").out.contains("up to date"))
  }

  @Test func `a file of the same size and time is found out by its hash`() throws {
    let shop = try Workspace.shop()
    let stamp = "2026-01-01T00:00:00Z"
    _ = try shop.shell("touch -d \(stamp) orders.csv && $C360 cache shop.c360")
    let kept = shop.files(".c360-cache")
    let swapped = try shop.shell(
      """
      sed -i 's/10.5/99.5/' orders.csv && touch -d \(stamp) orders.csv
      $C360 run --quiet shop.c360
      """)
    #expect(swapped.out.contains("119.5"))
    #expect(shop.files(".c360-cache") == kept)
  }

  @Test func `a damaged kept table is not used`() throws {
    let shop = try Workspace.shop()
    let plain = try shop.run("run", "--quiet", "shop.c360")
    _ = try shop.run("cache", "shop.c360")
    let damaged = try shop.shell(
      """
      for file in .c360-cache/*; do truncate -s 300 "$file"; done
      $C360 run --quiet shop.c360
      """)
    #expect(damaged.status == 0)
    #expect(damaged.out == plain.out)
  }

  @Test(arguments: [40, 50, 60, 70, 80, 90])
  func `bytes that a disk has changed change no answer`(percent: Int) throws {
    let shop = try Workspace.shop()
    let plain = try shop.run("run", "--quiet", "shop.c360")
    _ = try shop.run("cache", "shop.c360")
    let damaged = try shop.shell(
      """
      for file in .c360-cache/*; do
        printf '\\377\\377\\377' | dd of="$file" bs=1 conv=notrunc status=none \\
          seek=$(($(stat -c %s "$file") * \(percent) / 100))
      done
      $C360 run --quiet shop.c360
      """)
    #expect(damaged.status == 0)
    #expect(damaged.out == plain.out)
  }

  @Test func `a run goes on without a cache that cannot be written`() throws {
    let shop = try Workspace.shop()
    let plain = try shop.run("run", "--quiet", "shop.c360")
    // Files can be made, but take no bytes: nothing is written but the cache.
    try shop.write(
      "shop.c360",
      ShopFiles.script.replacing("output decisions = first to \"out/decisions.csv\"", with: ""))
    let full = try shop.shell(
      """
      mkdir .c360-cache
      (ulimit -f 0; $C360 run --quiet shop.c360) 2>&1 | cat; exit ${PIPESTATUS[0]}
      """)
    #expect(full.status == 0)
    #expect(full.out == plain.out)
    #expect(shop.files(".c360-cache") == [])
  }

  @Test func `clear removes what was kept`() throws {
    let shop = try Workspace.shop()
    _ = try shop.run("cache", "shop.c360")
    #expect(shop.files().contains(".c360-cache"))
    #expect(try shop.run("cache", "--clear", "shop.c360").status == 0)
    #expect(!shop.files().contains(".c360-cache"))
  }

  @Test func `complaints name the row of the file, not of the kept table`() throws {
    let script = ShopFiles.script + "expect orders.amount >= 7 EUR\n"
    let shop = try Workspace.shop(script: script)
    let plain = try shop.run("run", "shop.c360")
    _ = try shop.run("cache", "shop.c360")
    let kept = try shop.run("run", "shop.c360")
    #expect(plain.status == 3)
    #expect(plain.complaints.contains("row 3"))
    #expect(kept.complaints.contains("row 3"))
  }
}
