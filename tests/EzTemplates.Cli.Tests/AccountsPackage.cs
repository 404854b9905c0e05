using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A generated package with this machine's tools that make users: adduser with its Perl, useradd and groupadd, systemd-sysusers.</summary>
internal static class AccountsPackage
{
    private const string Adduser = "/usr/sbin/adduser";
    private const string AdduserModule = "/usr/share/perl5/Debian/AdduserCommon.pm";

    /// <param name="system">The package below, with the C library.</param>
    public static GeneratedPackage Make(GeneratedPackage system)
    {
        foreach (var tool in (string[])["useradd", "groupadd", "systemd-sysusers", "perl"])
        {
            Requires.Tool(tool);
        }

        // Since adduser 3.121.
        Assert.SkipUnless(File.Exists(AdduserModule) && File.ReadAllText(AdduserModule).Contains("sub read_pool", StringComparison.Ordinal), "needs an adduser that reads pools of ids");
        var package = new GeneratedPackage("accounts", "1") { Compressor = "none", Depends = "system", Conffiles = ["/etc/adduser.conf"] }
            .File("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n")
            .File("/etc/group", "root:x:0:\nusers:x:100:\nnogroup:x:65534:\n")
            .File("/etc/adduser.conf", "# as it was\nUID_POOL=\n").Folder("/run").Folder("/etc/skel").Folder("/usr/lib/sysusers.d").Folder("/var/lib")
            .File(Adduser, File.ReadAllBytes(Adduser), 0x1ED).Link("/usr/sbin/useradd", "../bin/useradd")
            .File(AdduserModule, File.ReadAllBytes(AdduserModule))
            .WithPrograms(["useradd", "groupadd", "systemd-sysusers", "perl"], system);
        foreach (var folder in ToolRun.Run("perl", "-e", "print join qq(\\n), @INC").Output.Split('\n').Where(folder => Path.GetFileName(folder) == "perl-base"))
        {
            foreach (var module in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                package = package.File(module, File.ReadAllBytes(module));
            }
        }

        return package;
    }
}
