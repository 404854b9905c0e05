using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>An OS with this machine's tools that make users, built once, and packages that each use another one.</summary>
public sealed class IdsGround : IDisposable
{
    /// <summary>By adduser; the number gets into a file's content.</summary>
    private static readonly GeneratedPackage Alpha = new GeneratedPackage("alpha", "1")
        .Script("postinst", """
            #!/bin/sh
            set -e
            test "$1" = configure
            adduser --quiet --system --group --home /var/lib/alpha alpha
            touch /alpha-file
            chown alpha:alpha /alpha-file
            stat -c %u:%g /alpha-file > /alpha-number

            """);

    /// <summary>By tools that take no number from anybody; they start at the upper end.</summary>
    private static readonly GeneratedPackage Beta = new GeneratedPackage("beta", "1").File("/usr/share/beta/tool", "tool\n").Folder("/usr/share/beta/own")
        .Script("postinst", """
            #!/bin/sh
            set -e
            groupadd --system beta
            useradd --system --gid beta --home-dir /nonexistent beta
            useradd --system --gid beta --home-dir /nonexistent --uid 65000 asked
            ln /usr/share/beta/tool /usr/share/beta/same
            mkdir /usr/share/beta/made
            chown beta:beta /usr/share/beta/tool /usr/share/beta/own /usr/share/beta/made
            chmod 6754 /usr/share/beta/tool
            chmod 1770 /usr/share/beta/made
            touch /asked-file
            chown asked /asked-file

            """);

    /// <summary>By systemd-sysusers; the number gets into a file's content.</summary>
    private static readonly GeneratedPackage Gamma = new GeneratedPackage("gamma", "1").File("/usr/lib/sysusers.d/gamma.conf", "u gamma - \"Gamma\"\ng gamma-logs -\n")
        .Script("postinst", """
            #!/bin/sh
            set -e
            systemd-sysusers gamma.conf
            touch /gamma-file
            chown gamma:gamma-logs /gamma-file
            stat -c %u:%g /gamma-file > /gamma-number

            """);

    /// <summary>Before its files are there; and one that changes what adduser is told with.</summary>
    private static readonly GeneratedPackage Delta = new GeneratedPackage("delta", "1")
        .Script("preinst", "#!/bin/sh\nset -e\ngroupadd --system delta\ntouch /delta-file\nchown :delta /delta-file\n")
        .Script("postinst", "#!/bin/sh\nset -e\necho '# by delta' >> /etc/adduser.conf\n");

    public IdsGround()
    {
        var system = DpkgPackage.Make();
        Ground.Publish(0, [system, AccountsPackage.Make(system), Alpha, Beta, Gamma, Delta]);
        Ground.Ez.Succeed("build", Ground.Recipes.Os("box", "accounts", "configure: sandbox"));
    }

    public Ground Ground { get; } = new();

    /// <summary>A folder of recipes with the OS and its lock, and no table yet.</summary>
    public RecipeFolder NewFolder(string name)
    {
        var folder = new RecipeFolder(Ground.Temp.At(name), Ground.Repository, Ground.Server);
        File.Copy(Ground.Recipes.PathOf("box"), folder.PathOf("box"));
        File.Copy(Ground.Recipes.LockOf("box"), folder.LockOf("box"));
        return folder;
    }

    public void Dispose() => Ground.Dispose();
}
