namespace EzTemplates.Store;

/// <summary>Programs of the host.</summary>
public static class HostTool
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <returns>The file on PATH, or in the folders of system programs, which an ordinary user's PATH may lack; null if there is none.</returns>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Where(folder => folder.StartsWith('/'))
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(file => File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != 0);
}
