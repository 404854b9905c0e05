using EzTemplates.Formats.Recipes;

namespace EzTemplates.Operations;

/// <summary>The machine's own settings.</summary>
internal static class ConfigurationChecks
{
    public static DoctorFinding Run(string hostRoot) => ExamineHost.Guarded("configuration", () =>
    {
        var path = ShowConfiguration.FileOf(hostRoot);
        if (!File.Exists(path))
        {
            return DoctorFinding.Ok("configuration", $"there is no `{path}`, and none is needed");
        }

        var read = MachineConfigYaml.Read(File.ReadAllText(path), path);
        return DoctorFinding.Ok("configuration", $"`{path}` names mirrors of {(read.Mirrors.IsEmpty ? "nothing" : string.Join(", ", read.Mirrors.Keys))}");
    });
}
