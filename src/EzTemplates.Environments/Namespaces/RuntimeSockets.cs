using System.Globalization;

namespace EzTemplates.Environments;

/// <summary>
/// What .NET's runtime makes in the folder of temporary files for debuggers of this process, and removes at an orderly end, which a
/// process that becomes another program never comes to.
/// </summary>
internal static class RuntimeSockets
{
    /// <summary>Nobody can attach any more. What cannot be removed stays.</summary>
    public static void Remove()
    {
        string[] patterns =
        [
            string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{Environment.ProcessId}-*"),
            string.Create(CultureInfo.InvariantCulture, $"clr-debug-pipe-{Environment.ProcessId}-*"),
        ];
        try
        {
            foreach (var file in patterns.SelectMany(pattern => Directory.EnumerateFiles(Path.GetTempPath(), pattern)))
            {
                File.Delete(file);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
        }
    }
}
