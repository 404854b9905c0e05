using EzTemplates.Domain;
using EzTemplates.Formats.Dpkg;
using Xunit;

namespace EzTemplates.Formats.Tests.Dpkg;

public sealed class StatOverridesTests
{
    private static readonly AccountTable Users = new("root:x:0:0::/:/bin/sh\n+\nsvc:x:888:889::/:/bin/sh\nsvc:x:1:1::/:\nbad:x:-1:0::/:\n");
    private static readonly AccountTable Groups = new("root:x:0:\nother:x:7:\n");

    [Fact]
    public void Names_and_numbers_are_read_and_paths_settled()
    {
        var read = StatOverrides.Read("svc other 4750 /bin/a b\n#5 #6 01700 /usr/c\n", Users, Groups, path => path.Latin1.StartsWith("/bin/", StringComparison.Ordinal) ? TreePath.Parse("/usr" + path.Latin1) : path);
        Assert.Equal(new StatOverride(888, 7, 0b100_111_101_000), read.For(TreePath.Parse("/usr/bin/a b")));
        Assert.Equal(new StatOverride(5, 6, 0b001_111_000_000), read.For(TreePath.Parse("/usr/c")));
        Assert.Null(read.For(TreePath.Parse("/bin/a b")));
    }

    [Theory]
    [InlineData("bad root 644 /a", "names the user `bad`, who is not in the tree's /etc/passwd")]
    [InlineData("root gone 644 /a", "names the group `gone`, which is not in the tree's /etc/group")]
    [InlineData("root #x 644 /a", "names the group `#x`, which is not in the tree's /etc/group")]
    [InlineData("root root 648 /a", "is no `USER GROUP MODE PATH`")]
    [InlineData("root root 17777 /a", "is no `USER GROUP MODE PATH`")]
    [InlineData("root root -1 /a", "is no `USER GROUP MODE PATH`")]
    [InlineData("root root /a", "is no `USER GROUP MODE PATH`")]
    public void What_dpkg_gives_up_at_is_told(string line, string why)
    {
        var e = Assert.Throws<EzException>(() => StatOverrides.Read(line + "\n", Users, Groups, path => path));
        Assert.Equal($"the line `{line}` of /var/lib/dpkg/statoverride {why}", e.Message);
    }
}
