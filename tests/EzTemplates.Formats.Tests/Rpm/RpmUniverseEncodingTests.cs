using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests;

public sealed class RpmUniverseEncodingTests
{
    private static readonly string[] Packages =
    [
        RpmMetadata.Package("b", "1", RpmMetadata.Entries("requires", "a", "(c if /usr/share/d)") + OwnProvides),
        RpmMetadata.Package("a", "10"),
        RpmMetadata.Package("a", "9"),
        RpmMetadata.Package("a", "9", architecture: "i686"),
        RpmMetadata.Package("c", "1~rc1", RpmMetadata.Entries("supplements", "(a and b)")),
        RpmMetadata.Package("c", "1", RpmMetadata.Entries("obsoletes", "a")),
    ];

    private const string OwnProvides = "<rpm:provides><rpm:entry name=\"v\" flags=\"EQ\" epoch=\"0\" ver=\"1\"/></rpm:provides><file>/usr/bin/b</file>";

    [Fact]
    public void The_order_of_packages_does_not_matter()
    {
        var random = TestSeed.Random("rpm order");
        var block = Block(Packages);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(block.AsSpan().SequenceEqual(Block([.. Packages.OrderBy(_ => random.Next())])), TestSeed.Hint);
        }

        Assert.Equal(
            ["a 9-1 (i686)", "a 9-1 (x86_64)", "a 10-1 (x86_64)", "b 1-1 (x86_64)", "c 1~rc1-1 (x86_64)", "c 1-1 (x86_64)"],
            Enumerable.Range(0, 6).Select(i => RpmUniverseEncoding.Decode(block)!.Describe(new PackageId(i))));
    }

    [Fact]
    public void A_package_that_is_there_twice_counts_once() =>
        Assert.True(Block(Packages).AsSpan().SequenceEqual(Block([.. Packages, .. Packages])));

    [Fact]
    public void A_damaged_block_is_refused()
    {
        var random = TestSeed.Random("rpm damage");
        var block = Block(Packages);
        Assert.NotNull(RpmUniverseEncoding.Decode(block));
        for (var i = 0; i < 500; i++)
        {
            var damaged = (byte[])block.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Null(RpmUniverseEncoding.Decode(damaged));
        }

        for (var length = 0; length < block.Length; length += 8)
        {
            Assert.Null(RpmUniverseEncoding.Decode(block.AsMemory(0, length)));
        }
    }

    private static byte[] Block(string[] packages)
    {
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary("main", RpmMetadata.Stream(RpmMetadata.Primary(packages)), "primary.xml");
        return builder.ToBlock();
    }
}
