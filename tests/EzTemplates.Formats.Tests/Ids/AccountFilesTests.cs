using System.Text;
using EzTemplates.Formats.Ids;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Ids;

/// <summary>Lines of sysusers.d make the users and groups that systemd-sysusers makes of them.</summary>
public sealed class AccountFilesTests
{
    private const long Day = 20_000;
    private static readonly AccountFiles Few = new("root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\nthere:x:150:\n", "", "");

    [Fact]
    public void Files_become_what_systemd_sysusers_makes_of_them()
    {
        string[] lines =
        [
            "# nobody", "", "u plain", "u apache 48 \"Apache HTTP\" /usr/share/httpd", "u there - \"a \\\"b\\\" c\" - /bin/sh", "g grp 77", "u ingrp -:grp 'In it'",
            "u both 81:77", "m apache grp", "m implicit grp", "u taken 48", "g other -", "u q 90 'single q' /x", "u plain 5", "m root there",
        ];
        Assert.Equal(Real(Few, lines), With(Few, lines));
        Assert.Equal(With(Few, lines), With(With(Few, lines), lines));
    }

    /// <summary>A kind that systemd before 256 does not know.</summary>
    [Fact]
    public void A_locked_user_has_expired()
    {
        var made = With(new AccountFiles("", "", "", "x:!*::"), "u! locked 61");
        Assert.Equal(new AccountFiles("locked:x:61:61::/:/usr/sbin/nologin\n", "locked:x:61:\n", "locked:!*:20000:::::1:\n", "x:!*::\nlocked:!*::\n"), made);
    }

    [Theory]
    [InlineData("r - 500-900")]
    [InlineData("u")]
    [InlineData("u -x -")]
    [InlineData("u 77 -")]
    [InlineData("u a:b -")]
    [InlineData("u x -:../y")]
    [InlineData("m x")]
    [InlineData("u x - \"no end")]
    [InlineData("u x - \"root:x:0\" /")]
    public void A_line_that_makes_nobody_is_none(string line) => Assert.Null(SysusersLine.Parse(line));

    private static AccountFiles With(AccountFiles files, params string[] lines) => files.With([.. lines.Select(SysusersLine.Parse).OfType<SysusersLine>()], Day);

    private static AccountFiles Real(AccountFiles files, string[] lines)
    {
        Requires.Tool("systemd-sysusers");
        using var temp = new TempFolder();
        temp.WriteFile("etc/passwd", files.Passwd);
        temp.WriteFile("etc/group", files.Group);
        ToolRun.Run(new ToolCommand("systemd-sysusers", ["--root=" + temp.Root, "-"]) { Stdin = Encoding.ASCII.GetBytes(string.Join('\n', lines) + "\n") }).Succeed();
        string Text(string name) => File.ReadAllText(temp.At("etc/" + name));
        var days = Text("shadow").Split('\n').Select(line => line.Split(':')).Select(row => string.Join(':', row.Select((field, i) => i == 2 ? $"{Day}" : field)));
        return new AccountFiles(Text("passwd"), Text("group"), string.Join('\n', days), Text("gshadow"));
    }
}
