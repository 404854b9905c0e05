using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>A package of a transaction.</summary>
/// <param name="Name">As traces name it: <c>nginx:x86_64</c>.</param>
/// <param name="Head">Its file without the payload.</param>
public sealed record TransactionPackage(string Name, byte[] Head);

/// <summary>
/// Runs the scriptlets of packages whose files are laid already, with the host's librpm in the sandbox (<see cref="RpmProgram"/>): what it needs
/// of the host is copied into a folder that shows in the sandbox, and nothing else of the host does.
/// </summary>
public sealed class RpmTransaction
{
    private const string Place = "/run/.ez-rpm";
    private const string LibraryFolder = "lib";
    private const string LoaderName = "loader";
    private const string ProgramName = "transaction";
    private const string SettingsFolder = "settings";
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder;
    private readonly ImmutableArray<TransactionPackage> _packages;

    private RpmTransaction(string folder, ImmutableArray<TransactionPackage> packages) => (_folder, _packages) = (folder, packages);

    /// <summary>What is to show in the sandbox.</summary>
    public BindMount Bind => new(_folder, TreePath.Parse(Place), BindAccess.ReadOnly);

    /// <param name="folder">Empty, of unfinished work.</param>
    /// <param name="macros">Lines of rpm's macro language, which come after librpm's own.</param>
    /// <exception cref="EzException">Environment: the host has no librpm.</exception>
    public static RpmTransaction Prepare(string folder, string macros, ImmutableArray<TransactionPackage> packages)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var rpm = HostLibrpm.Find(folder) ?? throw new EzException(
            FailureKind.Environment,
            "scripts of rpm packages are run by librpm, which this host does not have (librpm.so.9 or .10, and its files in /usr/lib/rpm)",
            "install rpm on this host, or say `configure: none` in the recipe");
        foreach (var part in (string[])[LibraryFolder, SettingsFolder, "packages"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        Copy(rpm.Loader, Path.Combine(folder, LoaderName));
        foreach (var (name, path) in rpm.Libraries)
        {
            Copy(path, Path.Combine(folder, LibraryFolder, name));
        }

        File.WriteAllBytes(Path.Combine(folder, ProgramName), RpmProgram.Executable(HostLibrpm.NamesOf(rpm.Version)));
        CopySettings(rpm.Settings, Path.Combine(folder, SettingsFolder), macros);
        foreach (var package in packages)
        {
            File.WriteAllBytes(Path.Combine(folder, "packages", package.Name), package.Head);
        }

        return new RpmTransaction(folder, packages);
    }

    /// <param name="variables">For the scripts.</param>
    public ConfigureStep Step(IEnumerable<KeyValuePair<string, string>> variables) => new(
        "rpm's transaction",
        [$"{Place}/{LoaderName}", "--library-path", $"{Place}/{LibraryFolder}", $"{Place}/{ProgramName}", .. _packages.Select(package => RpmProgram.Packages + package.Name)])
    {
        Scripts = new StepScripts.Told(),
        Variables = [.. variables, new("RPM_CONFIGDIR", $"{Place}/{SettingsFolder}")],
    };

    /// <summary>The host's, since they belong to its librpm; the tree's own /etc/rpm counts as well.</summary>
    private static void CopySettings(string from, string to, string macros)
    {
        File.Copy(Path.Combine(from, "rpmrc"), Path.Combine(to, "rpmrc"));
        File.WriteAllText(Path.Combine(to, "macros"), File.ReadAllText(Path.Combine(from, "macros")) + "\n" + macros);
        var lua = Path.Combine(from, "lua");
        if (Directory.Exists(lua))
        {
            Directory.CreateDirectory(Path.Combine(to, "lua"));
            foreach (var file in Directory.EnumerateFiles(lua))
            {
                File.Copy(file, Path.Combine(to, "lua", Path.GetFileName(file)));
            }
        }
    }

    private static void Copy(string from, string to)
    {
        File.Copy(from, to);
        File.SetUnixFileMode(to, Runnable);
    }
}
