using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Tells that a package, which is sound, brings a device node that its recipe did not ask for.</summary>
public static class DeviceRefusal
{
    /// <param name="package">What messages call it.</param>
    public static EzException Of(string package, TreePath device) => new(
        FailureKind.Untrusted,
        $"package `{package}` brings the device node `{device}`, which the recipe does not allow",
        "`devices: allow` in the recipe lets packages bring device nodes");
}
