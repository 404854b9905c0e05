using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A generated package with a few of this machine's own programs and the libraries they need, so that something runs inside.</summary>
internal static class ShellPackage
{
    private static readonly string[] Programs = ["sh", "sleep", "true", "cat"];

    public static GeneratedPackage Make(string version)
    {
        Requires.Tool("ldd");
        var package = new GeneratedPackage("shell", version) { Compressor = "gzip" };
        foreach (var folder in (string[])["bin", "lib", "lib64"])
        {
            package = package.Folder("/usr/" + folder).Link("/" + folder, "usr/" + folder);
        }

        var added = new HashSet<string>(StringComparer.Ordinal);
        foreach (var program in Programs.Select(name => ToolRun.Locate(name)!))
        {
            package = package.File("/usr/bin/" + Path.GetFileName(program), File.ReadAllBytes(program), 0x1ED);
            foreach (var library in ToolRun.Run("ldd", program).Output.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
                .Where(word => word[0] == '/' && File.Exists(word)))
            {
                var place = library.StartsWith("/usr/", StringComparison.Ordinal) ? library : "/usr" + library;
                package = added.Add(place) ? package.File(place, File.ReadAllBytes(library), 0x1ED) : package;
            }
        }

        return package.File("/etc/shell-version", version + "\n");
    }
}
