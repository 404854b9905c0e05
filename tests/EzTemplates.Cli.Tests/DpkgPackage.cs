using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A generated package with this machine's dpkg, what that looks for on PATH, and a few tools for scripts: a system that can configure itself.</summary>
internal static class DpkgPackage
{
    private static readonly string[] Programs =
    [
        "dpkg", "dpkg-query", "dpkg-divert", "dpkg-deb", "dpkg-split", "tar", "diff", "ldconfig", "start-stop-daemon", "rm",
        "sh", "cat", "ls", "mkdir", "mv", "ln", "chown", "chmod", "touch", "sleep", "env", "stat", "head", "true", "false", "mount", "mknod",
    ];

    public static GeneratedPackage Make()
    {
        Requires.Tool("ldd");
        Requires.Tool("dpkg-query");
        return new GeneratedPackage("system", "1") { Compressor = "none" }.Folder("/dev").Folder("/proc").Folder("/sys").Folder("/etc").Folder("/tmp").Folder("/var/log").WithPrograms(Programs);
    }

    /// <summary>This machine's programs, with the libraries that they are linked to.</summary>
    /// <param name="below">A package that has some of the libraries.</param>
    public static GeneratedPackage WithPrograms(this GeneratedPackage package, IEnumerable<string> names, GeneratedPackage? below = null)
    {
        var added = (below?.Entries ?? []).Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var program in names.Select(name => ToolRun.Locate(name) ?? throw new InvalidOperationException($"no {name} on this machine")))
        {
            package = package.File("/usr/bin/" + Path.GetFileName(program), File.ReadAllBytes(program), 0x1ED);
            foreach (var library in ToolRun.Run("ldd", program).Output.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(word => word[0] == '/' && File.Exists(word)))
            {
                var place = library.StartsWith("/usr/", StringComparison.Ordinal) ? library : "/usr" + library;
                package = added.Add(place) ? package.File(place, File.ReadAllBytes(library), 0x1ED) : package;
            }
        }

        return package;
    }
}
